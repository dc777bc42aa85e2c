package skypost.api;

import java.util.function.Supplier;
import skypost.aws.AwsPorts;
import skypost.aws.S3Messages;
import skypost.mail.authorize.RecipientProbe;
import skypost.mail.authorize.ScreenClients;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.ProbedRecipients;
import skypost.mail.directory.RelayRecipients;
import skypost.mail.directory.SmartHostPasswords;
import skypost.mail.directory.Suppressions;
import skypost.mail.dns.PublishedRecords;
import skypost.mail.filter.Filters;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueOperations;
import skypost.mail.report.ReceivedReports;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.signing.KeyVault;
import skypost.mail.signing.SigningKeys;
import skypost.mail.tlspolicy.PolicyFiles;
import skypost.mail.trace.Traces;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.Transfers;

/**
 * What the API works on.
 *
 * @param incoming where bounces of removed messages are put
 * @param keyVault seals DKIM's private keys, and need not be able to open them
 * @param publishedRecords asks the DNS anew each time
 * @param policyFiles MTA-STS policies as others fetch them
 * @param probe for explaining what a relay domain's primary says
 * @param screen for explaining what DNS lists say, and who is greylisted; it leaves no trace
 */
public record ApiPorts(
    Directory directory,
    Credentials credentials,
    SmartHostPasswords smartHostPasswords,
    Mailboxes mailboxes,
    MessageFlags messageFlags,
    DeletedMessages deletedMessages,
    ExpiringMailboxes expiringMailboxes,
    MailboxChecks mailboxChecks,
    DomainUsage domainUsage,
    Filters filters,
    FilterMemories filterMemories,
    BodyHolders holders,
    IncomingMessages incoming,
    StoredMessages messages,
    Traces traces,
    OutboundQueue queue,
    QueueOperations operations,
    Destinations destinations,
    RelayRecipients relayRecipients,
    ProbedRecipients probedRecipients,
    Suppressions suppressions,
    Transfers transfers,
    ExportObjects exports,
    ImportObjects imports,
    SigningKeys signingKeys,
    KeyVault keyVault,
    Supplier<PublishedRecords> publishedRecords,
    PolicyFiles policyFiles,
    ReceivedReports receivedReports,
    RecipientProbe probe,
    ScreenClients.Ports screen) {
  static ApiPorts of(AwsPorts aws, ApiSettings settings) {
    S3Messages messages = aws.messages();
    return new ApiPorts(
        aws.directory(),
        aws.credentials(),
        aws.smartHostPasswords(),
        aws.mailboxes(),
        aws.messageFlags(),
        aws.deletedMessages(),
        aws.expiringMailboxes(),
        aws.mailboxChecks(),
        aws.domainUsage(),
        aws.filters(),
        aws.filterMemories(),
        aws.holders(),
        messages,
        messages,
        aws.traces(),
        aws.queue(),
        aws.operations(),
        aws.destinations(),
        aws.relayRecipients(),
        aws.probedRecipients(),
        aws.suppressions(),
        aws.transfers(),
        aws.exportObjects(),
        aws.importObjects(),
        aws.signingKeys(),
        aws.keyVault(),
        settings::publishedRecords,
        settings.policyFiles(),
        aws.receivedReports(),
        settings.callAhead().probe(),
        new ScreenClients.Ports(settings.callAhead().screen(), aws.greylist().withoutTraces()));
  }
}
