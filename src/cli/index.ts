#!/usr/bin/env node
/** The command line, `npx spanmeter`. Nothing else loads the files of this folder. */

import { Command } from 'commander'
import { alertsCommand } from './alerts/command.js'
import { doctorCommand } from './doctor/command.js'
import { reportCommand } from './report/command.js'
import { runCommand } from './run/command.js'

const { version, description } = require('../../package.json') as { version: string; description: string }

new Command('spanmeter')
  .description(description)
  .version(version)
  .showHelpAfterError('(spanmeter --help lists the commands)')
  .enablePositionalOptions()
  .addCommand(runCommand())
  .addCommand(reportCommand())
  .addCommand(alertsCommand())
  .addCommand(doctorCommand())
  .parseAsync()
