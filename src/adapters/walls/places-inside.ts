/** Where things are inside of a wall, the same for every program. */
export const inside = {
  home: '/home/agent',
  node: '/run/orchestrate/node',
  egressSocket: '/run/orchestrate/egress.sock',
  /** Port of loopback inside at which the relay takes requests for the proxy. */
  proxyPort: 3128,
} as const;
