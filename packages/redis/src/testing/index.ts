export { type RedisProcess, startRedis } from './start-redis.ts';
