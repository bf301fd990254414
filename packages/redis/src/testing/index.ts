export { type RedisCluster, startCluster } from './start-cluster.ts';
export { type RedisProcess, startRedis } from './start-redis.ts';
