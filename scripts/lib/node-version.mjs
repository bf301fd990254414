/**
 * Refuses an unsuitable Node in words. Imported first, and written so that a very old Node still gets as far as this.
 */
const oldest = { major: 20, minor: 19 };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
  console.error(
    `Pollux needs Node ${oldest.major}.${oldest.minor} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer one, from https://nodejs.org or with a version manager, and run the command again.',
  );
  process.exit(1);
}
