/**
 * ReportFunction: tells other domains what became of mail in their name. How is in {@code
 * skypost.mail.report}.
 */
package skypost.report;
