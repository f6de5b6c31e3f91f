interface Group<T> {
  title: string;
  items: T[];
}

/** Things of the same title under one heading, in the order in which the titles first come. */
export function grouped<T>(items: T[], title: (item: T) => string): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const item of items) {
    const heading = title(item);
    const group = groups.get(heading) ?? { title: heading, items: [] };
    group.items.push(item);
    groups.set(heading, group);
  }
  return [...groups.values()];
}
