// What the compiler and a browser give to modules, as plain stand-ins: tests import this first and
// then modules that keep state. Nothing here reacts to anything.

const plain = <T>(value: T): T => value;

Object.assign(globalThis, {
  $state: Object.assign(plain, { raw: plain }),
  location: { origin: 'http://karkhana.test' },
  document: { documentElement: {}, hidden: false, title: '', addEventListener() {} },
});
