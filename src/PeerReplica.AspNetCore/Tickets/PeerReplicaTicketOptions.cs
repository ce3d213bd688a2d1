using System.Security.Claims;

namespace PeerReplica.AspNetCore.Tickets;

/// <summary>How logins of cookie authentication are kept in the replica.</summary>
public sealed class PeerReplicaTicketOptions
{
    /// <summary>
    /// The longest time for which a login is kept after it was stored or renewed, also if the cookie lives longer. 1 s to 10 years. Default 30 days. A
    /// log-out everywhere is remembered for a day longer.
    /// </summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How many replicas must hold a login before the sign-in completes. Default <see cref="WriteConcern.Local"/>: the login is sent to the others at once,
    /// and is lost if this instance crashes in that moment. With another concern a sign-in fails while too few replicas can be reached.
    /// </summary>
    public WriteConcern Concern { get; set; } = WriteConcern.Local;

    /// <summary>
    /// Which user a login belongs to, for the log-out everywhere; <see langword="null"/> belongs to nobody. Default: the claim <see cref="ClaimTypes.NameIdentifier"/>, else
    /// <c>sub</c>, else the identity's name.
    /// </summary>
    public Func<ClaimsPrincipal, string?> UserOf { get; set; } = static principal =>
        principal.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? principal.FindFirst("sub")?.Value ?? principal.Identity?.Name;
}
