#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { deliveriesCommand } from './deliveries';
import { explainCommand } from './explain';
import { importCommand } from './import';
import { migrateCommand } from './migrate';
import { quarantineCommand } from './quarantine';
import { relayCommand } from './relay';
import { rebuildCommand } from './rebuild';
import { sendCommand } from './send';
import { slaCommand } from './sla';
import { sourceCommand } from './source';
import { startCommand } from './start';
import { fail, outliveReaders } from './terminal';
import { tokenCommand } from './token';
import { verifyCommand } from './verify';

const program = new Command('casetrail')
  .description('Event-sourced case management: verified webhooks, ticket state and SLA figures.')
  .configureHelp({ showGlobalOptions: true })
  .enablePositionalOptions()
  .showHelpAfterError()
  .addCommand(startCommand())
  .addCommand(migrateCommand())
  .addCommand(sourceCommand())
  .addCommand(tokenCommand())
  .addCommand(sendCommand())
  .addCommand(importCommand())
  .addCommand(deliveriesCommand())
  .addCommand(quarantineCommand())
  .addCommand(explainCommand())
  .addCommand(slaCommand())
  .addCommand(relayCommand())
  .addCommand(rebuildCommand())
  .addCommand(verifyCommand());

outliveReaders();
program.parseAsync().catch(fail);
