using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>One identity that sent what cannot be valid.</summary>
/// <param name="key">The identity, as <see cref="Link.PeerKey"/> names it.</param>
internal sealed class QuarantinedPeer(string key)
{
    public string Key { get; } = key;

    /// <summary>Offences that count towards the length of the quarantine.</summary>
    public int Offences { get; set; }

    /// <summary>Until when the identity is kept out.</summary>
    public Instant Until { get; set; }

    /// <summary>When the offences are forgotten.</summary>
    public Instant ForgetAt { get; set; }

    /// <summary>How long the present quarantine lasts in all.</summary>
    public TimeSpan Length { get; set; }

    /// <summary>The replica that offended, as its hello described it; null when it offended before its hello.</summary>
    public ReplicaInfo? Replica { get; set; }

    /// <summary>What it did.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Whether the end of the quarantine has been noted.</summary>
    public bool IsOver { get; set; }
}
