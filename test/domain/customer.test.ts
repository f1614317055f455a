import { canonical, differingFields, isSameValue, owedFields } from '#domain/customer.ts';

const of = (name: string | null, email: string | null = 'a@x') => ({ name, email });

describe('a value of a customer', () => {
  it.each([
    [null, undefined],
    [null, ''],
    [null, '  '],
    ['a', ' a '],
    ['a', 'a\n'],
  ])('is the same spelled %p and %p', (one, other) => {
    expect([isSameValue(one, other), isSameValue(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['a', 'A'],
    ['a', null],
    ['a b', 'a  b'],
  ])('is another one spelled %p and %p', (one, other) => {
    expect([isSameValue(one, other), isSameValue(other, one)]).toEqual([false, false]);
  });

  it('is kept without white space around it, and not at all when it is empty', () => {
    expect([' a b ', 'a', '', '  ', null].map(canonical)).toEqual(['a b', 'a', null, null, null]);
  });
});

describe('of what is wanted', () => {
  it('differs what the other side does not have already', () => {
    expect(differingFields(of('a'), of(' a '))).toEqual({});
    expect(differingFields(of('a'), of('b'))).toEqual({ name: 'a' });
    expect(differingFields(of('a', 'b@x'), of('a', 'a@x'))).toEqual({ email: 'b@x' });
    expect(differingFields(of(null), of('b', 'b@x'))).toEqual({ name: null, email: 'a@x' });
  });

  it('is owed what differs, and is not missing here', () => {
    expect(owedFields(of('a', 'b@x'), of('b', 'a@x'))).toEqual({ name: 'a', email: 'b@x' });
    expect(owedFields(of(null, null), of('b', 'a@x'))).toEqual({});
    expect(owedFields(of('a'), of('a'))).toEqual({});
  });
});
