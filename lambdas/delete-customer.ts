/** Deletes customers. A function of its own: it alone of the API asks Stripe, for live subscriptions. */
import { routeDeleteCustomer } from './routes/delete-customer.ts';
import { dispatch } from './routes/dispatch.ts';

export const handler = dispatch({ 'DELETE /customers/{id}': routeDeleteCustomer });
