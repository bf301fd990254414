/** Signs that turn the direction of text, and show nothing of themselves (Unicode's bidirectional algorithm, UAX #9). */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name or a reason as it is shown: with such signs in it, it would read as another one, or turn round what stands beside it.
 * Names come from whoever signs users in, reasons from any client.
 */
export function visible(text: string): string {
  return text.replace(turning, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
