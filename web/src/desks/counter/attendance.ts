// What was said of somebody at a training, as one of four marks.

import type { AttendanceDraft, Attendee, Training } from '../../api/types.ts';

export const marks = ['came', 'passed', 'failed', 'absent'] as const;
export type Mark = (typeof marks)[number];

/** Undefined: nothing was said yet. */
export function markOf(one: Partial<Attendee>): Mark | undefined {
  if (one.came === undefined) return undefined;
  if (!one.came) return 'absent';
  return one.result === 'passed' || one.result === 'failed' ? one.result : 'came';
}

export const wordsOf = (mark: Mark): Pick<AttendanceDraft, 'came' | 'result'> => ({
  came: mark !== 'absent',
  result: mark === 'passed' || mark === 'failed' ? mark : 'none',
});

export type Row = Pick<Attendee, 'person_id' | 'name' | 'authorised'> & Partial<Attendee>;

/** Those of whom something was said, and then those who may still come. */
export function expected(training: Training): Row[] {
  const said = new Set(training.attendees.map((one) => one.person_id));
  const others = training.candidates
    .filter((one) => !said.has(one.person_id))
    .map((one): Row => ({ ...one, authorised: false }));
  return [...training.attendees, ...others];
}
