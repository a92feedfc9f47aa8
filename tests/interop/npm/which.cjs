process.stdout.write(process.execPath);
