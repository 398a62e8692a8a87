/**
 * The servers that casetrail brings along. docker-compose.yml, kafka/pom.xml and the installed binaries must name the
 * same versions (test/runtime/versions.spec.ts), so that what was tried here is what runs there.
 */
export const POSTGRES_VERSION = '18.4';
export const POSTGRES_MAJOR = '18';
export const KAFKA_VERSION = '4.4.0';

/** Kafka 4 brokers are compiled for Java 17. */
export const JAVA_MAJOR_MIN = 17;
