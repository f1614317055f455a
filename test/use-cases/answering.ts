/** What works as this does, but for some answers of its own. */
export function answering<Whole extends object>(whole: Whole, answers: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get(_, name) {
      if (Object.hasOwn(answers, name)) return Reflect.get(answers, name);
      const usual: unknown = Reflect.get(whole, name);
      return typeof usual === 'function' ? usual.bind(whole) : usual;
    },
  });
}
