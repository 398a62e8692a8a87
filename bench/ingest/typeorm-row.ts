import 'reflect-metadata';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';

/** Its best on two cores: measured with 10, 20 and 40. */
const POOL = 20;

/** As a Nest application opens its database. */
export function openTypeOrm(
  url: string,
  entity: EntityTarget<ObjectLiteral> & NewableFunction,
): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [entity],
    synchronize: true,
    installExtensions: false,
    poolSize: POOL,
  }).initialize();
}
