export { openRedisBuffer, type RedisBufferOptions } from './redis-buffer.ts';
