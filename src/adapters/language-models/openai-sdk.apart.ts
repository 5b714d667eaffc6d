/** OpenAI's SDK, in a file of its own that is read when a model is asked; see CONTRIBUTING.md. */
export { OpenAI } from 'openai';
