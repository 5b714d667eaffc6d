/** What a server writes when somebody posts a prompt: a queue that stands still is filled all the same. */
const echo = /got prompt$|^Failed to validate prompt|^invalid prompt:|^Output will be ignored|^\* \S+ \d+:$|^ {2}- /;

/** Whether a part of a log shows that the server gets on: a line that is no echo of a request. */
export const showsProgress = (text: string): boolean =>
  text.split(/[\r\n]+/).some((line) => line.trim() !== '' && !echo.test(line.trimEnd()));
