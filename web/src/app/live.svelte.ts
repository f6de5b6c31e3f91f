// What the server tells by itself. One stream a visible tab, closed while nobody looks: browsers
// allow six connections to a plain HTTP server. Without a stream, listeners are asked to look.

type Listener = (data: unknown) => void;

const POLL_MS = 15_000;

let stream: EventSource | undefined;
let poll: ReturnType<typeof setInterval> | undefined;
let status = $state<'live' | 'polling' | 'off'>('off');
const listeners = new Map<string, Set<Listener>>();

export const live = {
  get status() {
    return status;
  },
};

function tell(name: string, data: unknown): void {
  for (const listener of listeners.get(name) ?? []) listener(data);
}

function hear(name: string): void {
  stream?.addEventListener(name, (event) => tell(name, JSON.parse(event.data)));
}

function startPolling(): void {
  status = 'polling';
  poll ??= setInterval(() => tell('resync', undefined), POLL_MS);
}

function stopPolling(): void {
  clearInterval(poll);
  poll = undefined;
}

function open(): void {
  if (stream || document.hidden) return;
  stream = new EventSource('/api/v1/events');
  stream.onopen = () => {
    stopPolling();
    status = 'live';
  };
  stream.onerror = startPolling;
  for (const name of ['machine', 'booking', 'alarm', 'meter', 'notice', 'resync']) hear(name);
}

function close(): void {
  stream?.close();
  stream = undefined;
  stopPolling();
  status = 'off';
}

function followVisibility(): void {
  if (document.hidden) {
    close();
    return;
  }
  open();
  tell('resync', undefined);
}

/** Begins to listen; what it returns ends it. */
export function goLive(): () => void {
  document.addEventListener('visibilitychange', followVisibility);
  open();
  return () => {
    document.removeEventListener('visibilitychange', followVisibility);
    close();
  };
}

/**
 * Calls `listener` for every event of a name; `resync` means that some were missed and everything
 * has to be looked at again. What it returns ends it.
 */
export function on(
  name: 'machine' | 'booking' | 'alarm' | 'notice' | 'resync', listener: Listener,
): () => void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(listener));
  return () => set.delete(listener);
}
