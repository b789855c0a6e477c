/**
 * What devices report, read and checked the same way by a mall and by central (document 1, section
 * 6).
 */
package dev.drover.engine.report;
