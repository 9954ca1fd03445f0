const state = await (await fetch('/api/state')).json();
document.getElementById('start').append(...state.hosts.map((host) => {
  const link = document.createElement('a');
  link.href = `/h/${host.slug}`;
  link.textContent = host.name.zh;
  return link;
}));
