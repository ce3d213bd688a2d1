namespace PeerReplica;

/// <summary>Fewer replicas than asked for sent what they hold in time. Reading the local state remains possible.</summary>
public sealed class ReadConcernException : ConcernException
{
    internal ReadConcernException(int required, int reached, TimeSpan waited)
        : base(
            $"{reached} of {required} replicas had sent what they hold after {waited.TotalMilliseconds:0} ms. " +
            "Read locally, ask for fewer replicas, or wait longer with ReadConcern.WithTimeout.",
            required,
            reached)
    {
    }
}
