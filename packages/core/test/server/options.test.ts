import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';

const start = (options: object): unknown => createCommunicationServer({ applications: {}, ...options } as never);

describe('a wrong setting', () => {
  it.each([
    [{ limits: { holdSecond: 1 } }, /limits\.holdSecond: there is no such bound/],
    [{ limits: { holdSeconds: 0 } }, /limits\.holdSeconds: 0 is not a number from 1 to 55/],
    [{ limits: { holdSeconds: Number.NaN } }, /limits\.holdSeconds: NaN/],
    [{ limits: { holdSeconds: '25' } }, /limits\.holdSeconds/],
    [{ limits: { holdSeconds: 5, holdSpreadSeconds: 5 } }, /limits\.holdSpreadSeconds: 5 must be less than/],
    [{ limits: { queueMessages: -1 } }, /limits\.queueMessages/],
    [{ limits: { bufferBytes: Number.POSITIVE_INFINITY } }, /limits\.bufferBytes/],
    [{ limits: { gatherMs: 21 } }, /limits\.gatherMs/],
    [{ applications: { Crm: {} } }, /"Crm" is not a usable name/],
    [{ applications: { ['a'.repeat(64)]: {} } }, /not a usable name/],
    [{ applications: { crm: { overflow: 'drop-newest' } } }, /applications\.crm\.overflow/],
    [{ applications: { crm: { retain: 'forever' } } }, /applications\.crm\.retain/],
    [{ applications: { crm: { fetchTargets: ['javascript:alert(1)'] } } }, /applications\.crm\.fetchTargets/],
  ])('%j stops the start and says why', (options, message) => {
    expect(() => start(options)).toThrow(TypeError);
    expect(() => start(options)).toThrow(message);
  });

  it.each([
    [{ basePath: 'pollux' }, /basePath/],
    [{ basePath: '/pollux/' }, /basePath/],
    [{ origins: ['*'] }, /origins/],
    [{ origins: ['https://portal.example/'] }, /origins/],
    [{ origins: ['null'] }, /origins/],
  ])('of the servlet, %j, too', (options, message) => {
    const server = createCommunicationServer({ applications: {} });
    expect(() => createServlet({ server, ...options })).toThrow(message);
  });
});
