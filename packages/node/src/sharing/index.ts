export { type JoinBufferOptions, joinBuffer } from './join-buffer.ts';
export { type ShareBufferOptions, type SharedBuffer, shareBuffer } from './share-buffer.ts';
