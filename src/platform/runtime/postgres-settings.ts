/**
 * For a machine of two cores that PostgreSQL shares with the app and Kafka. A confirmed webhook must survive a power
 * cut, so nothing here trades durability for speed.
 */
export const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // No socket: its path may be at most 107 bytes long, and a data directory may lie deep.
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  // The app, the CLI beside it and a curious psql; tests run several apps on one server.
  max_connections: '200',

  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  // The hot set is the tail of the log, heads and checkpoints; the rest is the operating system's cache.
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  maintenance_work_mem: '128MB',
  random_page_cost: '1.1',

  // Rare checkpoints keep full-page images out of the log under steady ingest; crash recovery of 2 GB takes seconds.
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  // This build knows only pglz, which costs more of two cores than the bytes are worth; lz4 would be on.
  wal_compression: 'off',

  // Statements are short: compiling or spreading them over two busy cores only adds latency.
  jit: 'off',
  max_parallel_workers_per_gather: '1',
  io_workers: '2',

  // Heads, checkpoints and tickets are updated in place all day: vacuum little and often, two tables at a time.
  autovacuum_max_workers: '2',
  autovacuum_naptime: '20s',
  autovacuum_vacuum_scale_factor: '0.05',

  track_io_timing: 'on',
  log_line_prefix: '%m [%p] %q%d %a ',
  log_lock_waits: 'on',
  log_timezone: 'UTC',
  timezone: 'UTC',
  cluster_name: 'casetrail',
};
