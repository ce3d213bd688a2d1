using System.Diagnostics;

namespace PeerReplica.Benchmarks.Load.Bare;

/// <summary>Round trips over a bare connection: one thread here, one there, both waiting in the system call.</summary>
internal static class Echo
{
    /// <summary>Sends back what one connection brings, until it ends; gives the port.</summary>
    public static int Start(bool isTls)
    {
        var listener = BareStream.Listen();
        var port = BareStream.PortOf(listener);
        new Thread(() =>
        {
            using var stream = BareStream.Accept(listener, isTls);
            listener.Dispose();
            var message = new byte[BareStream.MessageBytes];
            while (stream.ReadAtLeast(message, message.Length, throwOnEndOfStream: false) == message.Length) stream.Write(message);
        })
        { IsBackground = true }.Start();
        return port;
    }

    /// <summary>In microseconds, one after the other with a pause.</summary>
    public static List<double> Trips(bool isTls, int port, int samples, int pause)
    {
        using var stream = BareStream.Connect(port, isTls);
        var message = new byte[BareStream.MessageBytes];
        var trips = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            Thread.Sleep(pause);
            var start = Stopwatch.GetTimestamp();
            stream.Write(message);
            stream.ReadExactly(message);
            trips.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return trips;
    }
}
