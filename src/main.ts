import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { AppServices, type Surroundings } from './app-services';
import { type Config } from './config/config';
import { CasetrailError } from './kernel/errors';
import { AppLogger } from './platform/http/app-logger';
import { httpAdapter } from './platform/http/http-server';

export interface RunningApp {
  readonly url: string;
  readonly services: AppServices;
  /** Stops taking requests, finishes appends in flight, stops followers, closes pools. */
  close(): Promise<void>;
}

/** Runs one node against servers that are there already and a schema that is up to date. */
export async function runApp(config: Config, surroundings: Surroundings): Promise<RunningApp> {
  const services = await AppServices.open(config, surroundings);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, services),
    httpAdapter({ ...(config.roles.has('ingress') ? { door: services.door } : {}), tls: config.http.tls }),
    {
      bodyParser: false,
      abortOnError: false,
      logger: new AppLogger(config.logLevel, process.stdout.isTTY),
    },
  );
  try {
    await app.listen(config.http.port, config.http.host);
  } catch (thrown) {
    await app.close();
    throw portProblem(thrown, config);
  }
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : config.http.port;
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  const scheme = config.http.tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${host}:${port}`,
    services,
    close: async () => {
      // To Node a connection that has sent no whole request is not idle, and a closing server times none out.
      const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), config.shutdownGraceMs);
      await app.close().finally(() => clearTimeout(cut));
    },
  };
}

function portProblem(thrown: unknown, config: Config): unknown {
  const code = (thrown as NodeJS.ErrnoException).code;
  const at = `${config.http.host}:${config.http.port}`;
  if (code === 'EADDRINUSE') {
    return new CasetrailError(
      'config_invalid',
      `Port ${config.http.port} is in use. Set PORT to another one.`,
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new CasetrailError('config_invalid', `Can't listen on ${at} (${code}). Set HOST and PORT.`);
  }
  return thrown;
}
