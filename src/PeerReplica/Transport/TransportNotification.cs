namespace PeerReplica.Transport;

/// <summary>Something that happened in a transport without a connection that it belongs to: for logs, metrics and health.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">The circumstances, in words for a log. Text of the peer's may be in it.</param>
/// <param name="RemoteAddress">The other end's address; <see langword="null"/> where there is none.</param>
/// <param name="IsDialed">Whether this replica had dialed that address.</param>
public sealed record TransportNotification(TransportNotificationKind Kind, string Detail, string? RemoteAddress = null, bool IsDialed = false);
