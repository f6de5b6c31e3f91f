interface Group<T> {
  title: string;
  items: T[];
}

/** Neighbours with the same title, under one heading. */
export function grouped<T>(items: T[], title: (item: T) => string): Group<T>[] {
  const groups: Group<T>[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last && last.title === title(item)) last.items.push(item);
    else groups.push({ title: title(item), items: [item] });
  }
  return groups;
}
