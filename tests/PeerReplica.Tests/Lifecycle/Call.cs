namespace PeerReplica.Tests.Lifecycle;

/// <summary>One public call.</summary>
/// <param name="Member">Which, as <see cref="PublicCalls.MembersOf"/> writes it.</param>
/// <param name="Kind">What it has in common with others.</param>
/// <param name="Make">Makes it: returns what it returns.</param>
internal sealed record Call(string Member, CallKind Kind, Func<IPeerReplica, object?> Make);
