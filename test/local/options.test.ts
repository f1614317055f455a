import { parseOptions, UsageError } from '../../local/options.ts';
import { parseStripeKey } from '../../local/secret.ts';

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({ port: 4000, data: undefined, json: false, schedules: true });
  });

  it('takes each option, with its value beside it or after an equals sign', () => {
    const expected = { port: 5000, data: '.data', json: true, schedules: false };
    expect(parseOptions(['--port', '5000', '--data', '.data', '--json', '--schedules', 'off'])).toEqual(expected);
    expect(parseOptions(['--port=5000', '--data=.data', '--json', '--schedules=off'])).toEqual(expected);
  });

  it('asks for help before anything else is looked at', () => {
    expect(parseOptions(['--json', '--help'])).toBe('help');
  });

  it.each([
    [['--prot', '5000'], 'There is no option --prot'],
    [['5000'], 'There is no option 5000'],
    [['--port'], '--port needs a value'],
    [['--port', '--json'], '--port needs a value'],
    [['--port', 'http'], '--port needs a number from 1 to 65531'],
    [['--port', '65532'], '--port needs a number from 1 to 65531'],
    [['--port', '0'], '--port needs a number from 1 to 65531'],
    [['--schedules', 'maybe'], '--schedules is either on or off'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('the Stripe key of the environment', () => {
  it.each([undefined, ''])('is absent when it is %j', (key) => expect(parseStripeKey(key)).toBeUndefined());
  it.each(['sk_test_a', 'rk_test_a'])('may be of test mode: %s', (key) => expect(parseStripeKey(key)).toBe(key));
  it.each(['sk_live_a', 'secret'])('may be nothing else: %s', (key) =>
    expect(() => parseStripeKey(key)).toThrow('test mode'),
  );
});
