// What the screens of maintenance reckon, and how a photo gets small enough to send.

import { api, keyed, take } from '../../api/client.ts';
import type { Photo, Ticket } from '../../api/types.ts';
import type { Key } from '../../i18n/catalogue.ts';
import type { IconName } from '../../kit/icons.ts';
import type { Tone } from '../../kit/tone.ts';

const LONGEST_SIDE = 1280;
const QUALITY = 0.8;

/** How much of a whole is used, for a bar: whole percents from 0 to 100. */
export const percent = (used: number, whole: number): number =>
  whole > 0 ? Math.min(100, Math.max(0, Math.floor((used * 100) / whole))) : 0;

/** Parts of ten thousand as tenths of a percent, halves up. */
export const tenths = (partsE4: number): number => Math.round(partsE4 / 10);

/** The sides of a picture made small enough, in their old proportion. */
export function shrunk(width: number, height: number): { width: number; height: number } {
  const by = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * by));
  return { width: side(width), height: side(height) };
}

/**
 * The photo as it is to be seen, and no larger than needed. The camera only notes how it was held;
 * drawn here, the picture is turned, and its note can be left behind.
 */
export async function jpegOf(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const canvas = document.createElement('canvas');
  Object.assign(canvas, shrunk(picture.width, picture.height));
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const jpeg = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, 'image/jpeg', QUALITY);
  });
  if (!jpeg) throw new Error('The browser could not encode the photo.');
  return jpeg;
}

/** What is sent; the name and the size tell one photo from another. */
export interface Sending {
  ticket: string;
  name: string;
  bytes: number;
  jpeg: Blob;
}

export function sendPhoto({ ticket, jpeg }: Sending, key: string): Promise<Photo> {
  return take(api.POST('/api/v1/tickets/{id}/photos', {
    params: { path: { id: ticket }, header: keyed(key) },
    body: jpeg as unknown as string,
    bodySerializer: (body) => body as unknown as Blob,
    headers: { 'Content-Type': 'image/jpeg' },
  }));
}

interface Looks {
  tone: Tone;
  icon: IconName;
  text: Key;
}

export const standLooks: Record<'fine' | 'warn' | 'due', Looks> = {
  fine: { tone: 'free', icon: 'check', text: 'care.stand_fine' },
  warn: { tone: 'next', icon: 'clock', text: 'care.stand_warn' },
  due: { tone: 'bad', icon: 'wrench', text: 'care.stand_due' },
};

/** Closed, or what is wrong. */
export function ticketLooks(ticket: Ticket): Looks {
  if (ticket.closed_at) return { tone: 'free', icon: 'check', text: 'care.closed' };
  const tone: Tone = ticket.kind === 'breakdown' ? 'bad' : 'next';
  return { tone, icon: 'warning', text: `care.kind_${ticket.kind}` };
}
