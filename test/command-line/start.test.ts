import { CommandError } from '../../bin/command-line/options.ts';
import { parseLocalCommand } from '../../bin/local/options.ts';

describe('the command line of npm start', () => {
  it('has a default for everything', () => {
    expect(parseLocalCommand([])).toEqual({ port: 4000, data: undefined, json: false, schedules: true });
  });

  it('takes each option, with its value beside it or after an equals sign', () => {
    const expected = { port: 5000, data: '.data', json: true, schedules: false };
    expect(parseLocalCommand(['--port', '5000', '--data', '.data', '--json', '--schedules', 'off'])).toEqual(expected);
    expect(parseLocalCommand(['--port=5000', '--data=.data', '--json', '--schedules=off'])).toEqual(expected);
  });

  it('asks for help before anything else is looked at', () => {
    expect(parseLocalCommand(['--json', '--help'])).toBe('help');
  });

  it.each([
    [['--prot', '5000'], 'There is no option --prot'],
    [['5000'], 'There is no option 5000'],
    [['--port'], '--port needs a value'],
    [['--port='], '--port needs a value'],
    [['--json=yes'], '--json takes no value'],
    [['--port', '--json'], '--port needs a value'],
    [['--port', 'http'], '--port needs a whole number from 1 to 65531'],
    [['--port', '65532'], '--port needs a whole number from 1 to 65531'],
    [['--port', '0'], '--port needs a whole number from 1 to 65531'],
    [['--schedules', 'maybe'], '--schedules is either on or off'],
  ])('refuses %j', (args, message) => {
    expect(() => parseLocalCommand(args)).toThrow(CommandError);
    expect(() => parseLocalCommand(args)).toThrow(message);
  });
});
