// A "no" of the server, or of the way to it.

import type { Offer, Violation } from './types.ts';

/** What is wrong in a file, and where. */
export interface FileFault {
  line: number;
  column: string;
  code: 'missing_column' | 'missing_value' | 'bad_amount' | 'bad_time' | 'twice';
}

interface Problem {
  code?: string;
  errors?: { code: string; pointer?: string }[];
  violations?: Violation[];
  alternatives?: Offer[];
  faults?: FileFault[];
  assisted_possible?: boolean;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: { code: string; pointer?: string }[];
  readonly violations: Violation[];
  readonly alternatives: Offer[];
  readonly faults: FileFault[];
  /** Nothing would stand in the way if an operator ran the machine. */
  readonly assisted_possible: boolean;
  /** Seconds to wait, when the server said so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Problem, retryAfter?: number) {
    super(problem.code ?? `status ${status}`);
    this.status = status;
    this.code = problem.code ?? (status === 0 ? 'network' : `http_${status}`);
    this.errors = problem.errors ?? [];
    this.violations = problem.violations ?? [];
    this.alternatives = problem.alternatives ?? [];
    this.faults = problem.faults ?? [];
    this.assisted_possible = problem.assisted_possible ?? false;
    this.retryAfter = retryAfter;
  }

  /** The code of what is wrong with one field, by its name. */
  at(field: string): string | undefined {
    return this.errors.find((error) => error.pointer?.startsWith(`/${field}`))?.code;
  }
}

/** Nobody answered: what was asked may or may not have happened. */
export const unreachable = () => new Refusal(0, { code: 'network' });

export function refusalOf(response: Response, body: unknown): Refusal {
  const problem = typeof body === 'object' && body !== null ? (body as Problem) : {};
  const wait = Number(response.headers.get('Retry-After') ?? NaN);
  return new Refusal(response.status, problem, Number.isFinite(wait) ? wait : undefined);
}
