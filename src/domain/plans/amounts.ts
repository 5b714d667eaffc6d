/** Returns bytes as people read them, decimal as in file managers: `312 MB`, `1.9 GB`, `61 GB`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let unit = 0;
  while (Math.abs(amount) >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit >= 3 && Math.abs(amount) < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

/** Returns minutes as people say them: `less than a minute`, `6 min`, `1 h 20 min`. */
export function minutesText(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  const whole = Math.round(minutes);
  const hours = Math.floor(whole / 60);
  if (hours === 0) return `${whole} min`;
  return whole % 60 === 0 ? `${hours} h` : `${hours} h ${whole % 60} min`;
}
