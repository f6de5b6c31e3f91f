// The address bar. Screens are plain links; a click on one changes the address, not the page.

interface Place {
  path: string;
  query: URLSearchParams;
}

const read = (): Place => ({
  path: decodeURI(location.pathname),
  query: new URLSearchParams(location.search),
});

let place = $state.raw<Place>(read());

export const router = {
  get path() {
    return place.path;
  },
  get query() {
    return place.query;
  },
};

function moved(): void {
  place = read();
}

export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (address === location.pathname + location.search) return;
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address);
  moved();
  if (how === 'push') scrollTo(0, 0);
}

/** Sets values of the query without a new entry in the history; null takes one out. */
export function refine(values: Record<string, string | null>): void {
  const query = new URLSearchParams(place.query);
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === '') query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  go(place.path + (text ? `?${text}` : ''), 'replace');
}

function ownLink(event: MouseEvent): HTMLAnchorElement | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = (event.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
  if (!link || link.target || link.hasAttribute('download')) return undefined;
  const here = link.origin === location.origin && !link.pathname.startsWith('/api/');
  return here && !link.getAttribute('href')?.startsWith('#') ? link : undefined;
}

addEventListener('popstate', moved);
addEventListener('click', (event) => {
  const link = ownLink(event);
  if (!link) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
