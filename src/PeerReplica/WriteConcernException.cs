namespace PeerReplica;

/// <summary>Fewer replicas than asked for confirmed a write in time. The write stays, here and wherever it arrived, and goes on spreading.</summary>
public sealed class WriteConcernException : ConcernException
{
    internal WriteConcernException(int required, int reached, TimeSpan waited)
        : base(
            $"{reached} of {required} replicas held the write after {waited.TotalMilliseconds:0} ms. The write stays and goes on spreading; " +
            "do not repeat it. Ask for fewer replicas, or wait longer with WriteConcern.WithTimeout.",
            required,
            reached)
    {
    }
}
