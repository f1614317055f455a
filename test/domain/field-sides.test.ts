import { fieldSides } from '#domain/field-sides.ts';

const of = (name: string | null, email: string | null = null) => ({ name, email });

describe('the two sides of a field', () => {
  it('are told with what was last agreed, and whether they differ', () => {
    const [local, remote, base] = [of('Jane', 'j@x'), of('Ann', 'a@x'), of('June', 'u@x')];
    expect(fieldSides('name', local, remote, base)).toEqual({
      catalog: 'Jane',
      stripe: 'Ann',
      base: 'June',
      differs: true,
    });
    expect(fieldSides('email', local, remote, base)).toMatchObject({ catalog: 'j@x', stripe: 'a@x', base: 'u@x' });
  });

  it('do not differ by what is nobody’s intent', () => {
    expect(fieldSides('name', of('Jane'), of(' Jane '), undefined).differs).toBe(false);
    expect(fieldSides('name', of(null), of(''), undefined)).toEqual({
      catalog: null,
      stripe: '',
      base: null,
      differs: false,
    });
    expect(fieldSides('name', of('Jane'), of(null), undefined)).toMatchObject({ stripe: null, differs: true });
  });

  it('do not differ when there is nobody on the other one', () => {
    expect(fieldSides('name', of('Jane'), undefined, of('Jane'))).toEqual({
      ...{ catalog: 'Jane', stripe: null, base: 'Jane', differs: false },
    });
  });
});
