/** For tests and simulations: contract suites, a clock that a test moves, and a peer without sockets. */
export { describeMessageBuffer } from './buffer-contract/index.ts';
export type { BufferContractOptions } from './buffer-contract/options.ts';
export type { BufferOptions, OpenBuffer } from './buffer-contract/scene.ts';
export { type CaseResult, type CollectingRunner, createCollectingRunner, type RunOptions } from './collecting-runner.ts';
export { expectValue } from './expect.ts';
export { createLoopback, headerPairs, type Loopback, type LoopbackRequest, parseRawRequest } from './loopback.ts';
export { type LoopbackPeer, type LoopbackPeerParts, openLoopbackPeer } from './loopback-peer.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export type { Expectation, Runner, Skip } from './runner.ts';
export { smuggledRequests } from './smuggled-requests.ts';
export { createTestCredentials, type TestCredentials } from './wire-contract/credentials.ts';
export { describeWire } from './wire-contract/index.ts';
export { allowedOrigin, defaultPeerOptions, type WireContractOptions } from './wire-contract/options.ts';
export type { Claims, WireCapabilities, WirePeer, WirePeerOptions } from './wire-contract/peer.ts';
export { describeVectors, type VectorFile, type VectorStep } from './wire-contract/vectors.ts';
