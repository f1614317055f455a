/** The operator's page. It holds no data of its own: everything comes from the API, with the operator's token. */
import { render } from 'preact';
import { App } from './app.tsx';

render(<App />, document.body);
