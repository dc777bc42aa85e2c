package skypost.mail.transfer;

import skypost.protocol.address.EmailAddress;

/**
 * What a transfer is found by.
 *
 * @param user whose mailbox it is about
 */
public record TransferKey(EmailAddress user, TransferId id) {}
