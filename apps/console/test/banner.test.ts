import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import ConnectionBanner from '../src/components/shell/ConnectionBanner.vue';

const live = vi.hoisted(() => ({ current: {} as object }));
vi.mock('../src/stores/live.ts', () => ({ useLive: () => live.current }));

beforeEach(() => setActivePinia(createPinia()));

function shown(tick: object): string {
  live.current = { state: 'connected', sinceMs: 0, clockSkewMs: 0, tick: { draining: false, bufferState: 'ok', ...tick } };
  return mount(ConnectionBanner).text();
}

it('says what is wrong with the buffer, and why; nothing where nothing is', () => {
  expect(shown({})).toBe('');
  expect(shown({ bufferState: 'failed', bufferDetail: 'ENOSPC.' })).toMatch(/^Nothing can be stored, .*503: ENOSPC\.$/);
  expect(shown({ bufferState: 'degraded', bufferDetail: '2 records were damaged.' })).toMatch(
    /fault\. 2 records were damaged\.$/,
  );
  expect(shown({ draining: true, bufferState: 'degraded' })).toContain('shutting down');
});
