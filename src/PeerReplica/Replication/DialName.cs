using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// A configured or advertised <c>host:port</c>, which may stand for several addresses that change. It is resolved again for as long as the replica runs,
/// and never retired because one of its addresses is this replica.
/// </summary>
internal sealed class DialName(string address, Member? member, bool isLiteral)
{
    public string Address { get; } = address;

    /// <summary>Who advertises it; null for a seed.</summary>
    public Member? Member { get; } = member;

    public bool IsSeed => Member is null;

    /// <summary>Whether it is an address already, with nothing to resolve.</summary>
    public bool IsLiteral { get; } = isLiteral;

    /// <summary>The query under way; 0 when there is none.</summary>
    public long QueryId { get; set; }

    public Instant NextQuery { get; set; }

    public int Failures { get; set; }

    /// <summary>Why the last query failed; null after an answer.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether it was said that an address of it is not dialed.</summary>
    public bool IsRefusalTold { get; set; }

    /// <summary>The latest answer; kept while later queries fail.</summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];
}
