interface Window {
  /** Answers that index.html asked for before the application was there, by path. */
  early?: Record<string, Promise<Response>>;
}
