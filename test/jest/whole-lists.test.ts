describe('lists of different lengths', () => {
  it.each([
    [[undefined], []],
    [[1, undefined], [1]],
    [{ of: [undefined] }, { of: [] }],
  ])('are not equal: %j and %j', (longer, shorter) => {
    expect(longer).not.toEqual(shorter);
    expect(shorter).not.toEqual(longer);
  });
});
