export type { CloudEvent } from '../protocol/cloud-event.ts';
export { type CloudEventOptions, notificationOfCloudEvent } from './cloud-event.ts';
export { createPublisher } from './create-publisher.ts';
export { type ContractPublisher, PublishError, type Published, type Publisher, type PublisherOptions } from './publisher.ts';
