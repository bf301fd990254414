/** Pieces of input that several procedures share. */
import { type Address, applicationPattern, nameBytes } from '@pollux/core';
import { z } from 'zod';

export const applicationName: z.ZodString = z.string().regex(applicationPattern, 'is no name of an application');
export const messageId: z.ZodString = z.string().min(1).max(64);
export const text: z.ZodString = z.string().max(200);
// Compared exactly and never interpreted, so only their length is bounded here; the server checks the rest.
export const recipientName: z.ZodString = z.string().min(1).max(nameBytes);
/** Recipients of one injected notification. */
export const mostRecipients = 1000;
export const offset: z.ZodOptional<z.ZodNumber> = z.number().int().min(0).max(10_000_000).optional();
/** Positions of a queue grow for as long as it lives. */
export const position: z.ZodOptional<z.ZodNumber> = z.number().int().min(0).optional();

export function limit(max: number): z.ZodOptional<z.ZodNumber> {
  return z.number().int().min(1).max(max).optional();
}

export const address: z.ZodType<Address, Address> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('recipient'), name: recipientName }),
  z.object({ kind: z.literal('group'), name: recipientName }),
  z.object({ kind: z.literal('everyone') }),
]);
