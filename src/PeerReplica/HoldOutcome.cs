using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What became of a hold.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HoldOutcome>))]
public enum HoldOutcome
{
    /// <summary>This call confirmed it: what was held is taken.</summary>
    Confirmed,

    /// <summary>It had been confirmed before; this call had no effect.</summary>
    AlreadyConfirmed,

    /// <summary>This call canceled it: what was held is free again.</summary>
    Canceled,

    /// <summary>It had been canceled before; this call had no effect.</summary>
    AlreadyCanceled,

    /// <summary>Its time was over: what was held is free again.</summary>
    Expired,

    /// <summary>No such hold is known here: it never was, or was over for longer than <see cref="PeerReplicaOptions.ForgetAfter"/>.</summary>
    Unknown,

    /// <summary>Its holder did not answer in time. Whether it was confirmed or canceled is not known: ask again, the answer will say.</summary>
    HolderAway,

    /// <summary>
    /// This replica decides about the hold itself, but no majority of the voters acknowledged the decision in time: it is cut off from the others, or most of them are away, or it did not start in
    /// time. Whether the hold is confirmed or canceled is not known: ask again, the answer will say.
    /// </summary>
    NoMajority,
}
